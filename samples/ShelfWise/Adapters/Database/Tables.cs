namespace ShelfWise.Adapters.Database;

/// <summary>The tables of the shop, in SQL that PostgreSQL and SQLite both take: SQLite accepts any name of a type.</summary>
internal static class Tables
{
    // Money is kept as cents: sums of integers are exact. What handlers write has the id of its event for a key, so that an
    // event which is handed out twice changes nothing the second time.
    public const string Script = """
        CREATE TABLE books (
            sku text PRIMARY KEY,
            title text NOT NULL,
            initial_stock int NOT NULL,
            stock int NOT NULL CHECK (stock >= 0)
        );
        CREATE TABLE orders (
            id uuid PRIMARY KEY,
            number text NOT NULL UNIQUE,
            tenant text NOT NULL,
            ordered_on date NOT NULL,
            customer text NOT NULL,
            email text NOT NULL,
            sku text NOT NULL,
            quantity int NOT NULL CHECK (quantity > 0),
            total_cents bigint NOT NULL,
            currency text NOT NULL
        );
        CREATE TABLE sales (
            event_id uuid PRIMARY KEY,
            tenant text NOT NULL,
            currency text NOT NULL,
            copies int NOT NULL,
            total_cents bigint NOT NULL
        );
        CREATE TABLE audit_log (
            event_id uuid PRIMARY KEY,
            event_type text NOT NULL,
            tenant text,
            occurred_at timestamptz NOT NULL,
            body text NOT NULL
        );
        CREATE TABLE emails (
            message_id uuid PRIMARY KEY,
            recipient text NOT NULL,
            subject text NOT NULL
        );
        """;
}
