"""The documented configuration of nginx is the one that is measured."""

from pathlib import Path

from benchmarks.scaling import configuration


def test_the_documented_servers_are_replaced_by_those_at_hand(tmp_path: Path) -> None:
    text = configuration(4001, [5001, 5002], tmp_path)
    assert text.count("server 127.0.0.1:5001;") == 2, "citing has the first server alone"
    assert text.count("server 127.0.0.1:5002;") == 1
    assert "127.0.0.1:800" not in text
    assert "listen 127.0.0.1:4001;" in text
    assert "/var/" not in text
    assert text.count("{") == text.count("}")
