using System.Globalization;

namespace ShelfWise.Adapters.Csv;

/// <summary>Reads books.csv: what the warehouse holds, and at what price in EUR.</summary>
internal static class BookCsv
{
    public const string Header = "sku,title,author,stock,unit_price";

    /// <exception cref="InvalidDataException">A row is unreadable: without its books the shop does not open.</exception>
    public static BookRow Parse(CsvLine line)
    {
        try
        {
            var fields = line.Fields();
            return fields.Count == 5
                ? new BookRow(
                    fields[0],
                    fields[1],
                    int.Parse(fields[3], NumberStyles.None, CultureInfo.InvariantCulture),
                    decimal.Parse(fields[4], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture))
                : throw new FormatException($"{fields.Count} fields, 5 expected");
        }
        catch (FormatException problem)
        {
            throw new InvalidDataException($"books.csv, line {line.Number}: {problem.Message}", problem);
        }
    }
}
