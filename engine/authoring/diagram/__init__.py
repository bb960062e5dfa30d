"""Diagrams: a process drawn as Mermaid, DOT or SVG text, or told line by line. Values in, text out.

States that hold others become frames; an event that may happen anywhere is one arrow from a node of its own, and a full
house one arrow to where cases wait. Times, conditions and how many cases are where are shown where that is asked for.
"""
