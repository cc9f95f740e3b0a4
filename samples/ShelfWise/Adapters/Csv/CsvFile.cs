namespace ShelfWise.Adapters.Csv;

/// <summary>The rows of a CSV file with a known header.</summary>
internal static class CsvFile
{
    /// <exception cref="InvalidDataException">The file does not begin with the header.</exception>
    public static async Task<IReadOnlyList<CsvLine>> ReadAsync(string path, string header, CancellationToken cancellationToken)
    {
        var lines = await File.ReadAllLinesAsync(path, cancellationToken);
        if (lines.Length == 0 || lines[0] != header)
        {
            throw new InvalidDataException($"{path} does not begin with the line '{header}'.");
        }

        return [.. lines
            .Select((text, index) => new CsvLine(index + 1, text))
            .Skip(1)
            .Where(line => !string.IsNullOrWhiteSpace(line.Text))];
    }
}
