"""Where everything is kept: SQLAlchemy Core on SQLite or PostgreSQL, and a folder of documents.

Lives here: tables, statements, migrations and the documents' contents. A function here reads or
writes rows inside a transaction that its caller holds; no rule about cases is decided here.
"""
