"""Components: one construct per file, with a typed configuration in and typed outputs out."""
