"""The sandbox's customers API: a small real HTTP server over a SQLite file of purchases."""
