using System.Globalization;
using ShelfWise.Domain;
using ShelfWise.Services;

namespace ShelfWise.Adapters.Csv;

/// <summary>Reads orders.csv.</summary>
internal static class OrderCsv
{
    public const string Header = "order,ordered_on,tenant,customer,email,sku,title,quantity,unit_price,currency";

    private static readonly int Columns = Header.Split(',').Length;

    /// <exception cref="OrderRefusedException">The row is unreadable; the message says why.</exception>
    public static OrderRequest Parse(CsvLine line)
    {
        try
        {
            var fields = line.Fields();
            if (fields.Count != Columns)
            {
                throw new FormatException($"{fields.Count} fields, {Columns} expected");
            }

            return new OrderRequest(
                Text("order", fields[0]),
                DateOnly.TryParseExact(fields[1], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var orderedOn)
                    ? orderedOn
                    : throw new FormatException($"ordered_on '{fields[1]}' is not a date like 2025-03-31"),
                Text("tenant", fields[2]),
                Text("customer", fields[3]),
                Text("email", fields[4]),
                Text("sku", fields[5]),
                int.TryParse(fields[7], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var quantity)
                    ? quantity
                    : throw new FormatException($"quantity '{fields[7]}' is not a whole number"),
                decimal.TryParse(
                    fields[8], NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var unitPrice)
                    ? unitPrice
                    : throw new FormatException($"unit_price '{fields[8]}' is not a number"),
                fields[9]);
        }
        catch (FormatException problem)
        {
            throw new OrderRefusedException(RefusalReason.Unreadable, problem.Message);
        }
    }

    private static string Text(string column, string field) => string.IsNullOrWhiteSpace(field)
        ? throw new FormatException($"{column} is empty")
        : field;
}
