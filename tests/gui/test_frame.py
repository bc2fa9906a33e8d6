"""The window's frame: its pages, by click and by key."""

PAGES = ["Benchmark", "History", "Compare", "Models", "System"]


def test_every_page_opens(gui):
    window = gui()
    for page in PAGES:
        window.show_page(page)
        window.wait("page tab", page, states=["selected"])
        window.shot(f"page-{page.lower()}")
