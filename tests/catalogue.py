"""The database's catalogue as sorted lines: columns, constraints, indexes, views, triggers and functions."""

from __future__ import annotations

from pathlib import Path

from django.db import connection

SCHEMA = Path(__file__).parent / "schema.txt"  # the lines that the migrations give

COLUMNS = """
SELECT format('column %s.%s %s%s%s%s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
    CASE WHEN a.attnotnull THEN ' not null' ELSE '' END,
    CASE WHEN a.attidentity <> '' THEN ' identity ' || a.attidentity::text ELSE '' END,
    coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), ''))
FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
"""
CONSTRAINTS = """
SELECT format('constraint %s.%s %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conrelid <> 0 AND contype <> 'n'
"""
INDEXES = """
SELECT format('index %s.%s %s', tablename, indexname, indexdef)
FROM pg_indexes WHERE schemaname = 'public'
"""
TRIGGERS = """
SELECT format('trigger %s.%s %s', tgrelid::regclass, tgname, pg_get_triggerdef(t.oid))
FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid
WHERE c.relnamespace = 'public'::regnamespace AND NOT tgisinternal
"""
VIEWS = """
SELECT format('view %s %s', viewname, definition) FROM pg_views WHERE schemaname = 'public'
"""
FUNCTIONS = """
SELECT format('function %s %s', proname, md5(regexp_replace(prosrc, '\\s+', ' ', 'g')))
FROM pg_proc p WHERE pronamespace = 'public'::regnamespace
AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = p.oid AND deptype = 'e')
"""


def catalogue() -> list[str]:
    """A sorted line for each column, constraint, index, view, trigger and function of the schema `public`."""
    lines: list[str] = []
    with connection.cursor() as cursor:
        for query in (COLUMNS, CONSTRAINTS, INDEXES, VIEWS, TRIGGERS, FUNCTIONS):
            cursor.execute(query)
            lines += [" ".join(line.split()) for (line,) in cursor.fetchall()]
    return sorted(lines)


if __name__ == "__main__":
    import django

    django.setup()
    print("\n".join(catalogue()))
