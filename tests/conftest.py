"""Marks of all tests."""


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: over ten seconds: ./check --all runs it")
