"""Marks of all tests."""


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: over ten seconds: ./check --all runs it")
    config.addinivalue_line("markers", "once: mostly the work of an engine's libraries: not again under sanitizers")
