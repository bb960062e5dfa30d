"""Meetings: their dates, agendas, attendance and minutes."""
