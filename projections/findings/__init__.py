"""Findings: recorded facts, judged by the rules."""
