def test_a_browser_asks_the_network_for_nothing_and_runs_nothing(report, browse, tmp_path):
    for name, html in report.pages.items():
        page = tmp_path / f"{name}.html"
        # Without the policy, so that the page itself is judged and not the browser's refusal.
        page.write_text(html.replace("Content-Security-Policy", "x-nothing"))
        asked, document = browse(page, tmp_path / "profile")
        assert asked == [], f"{name}: {asked}"
        assert "<h1>" in document and "data-ran" not in document


def test_the_counter_counts_and_the_policy_holds(report, browse, tmp_path):
    leak = '<img src="http://pictures.example/a.png">' + report.evil.split("<img")[0] + "<main"
    page = tmp_path / "leaky.html"
    page.write_text(report.pages["index"].replace("<main", leak, 1))
    assert browse(page, tmp_path / "profile")[0] == []
    page.write_text(page.read_text().replace("Content-Security-Policy", "x-nothing"))
    asked, document = browse(page, tmp_path / "profile")
    assert any(b"http://pictures.example/a.png" in line for line in asked)
    assert 'data-ran="1"' in document
