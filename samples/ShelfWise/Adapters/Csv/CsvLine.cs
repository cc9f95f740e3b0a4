using System.Text;

namespace ShelfWise.Adapters.Csv;

/// <summary>One line of a CSV file (RFC 4180, without line breaks inside fields), and where it stands.</summary>
internal sealed record CsvLine(int Number, string Text)
{
    /// <summary>Splits the line at its commas. A field in quotes may hold commas, and quotes written twice.</summary>
    /// <exception cref="FormatException">A quote is not closed, or stands where none may.</exception>
    public IReadOnlyList<string> Fields()
    {
        List<string> fields = [];
        for (var position = 0; position <= Text.Length; position++)
        {
            fields.Add(position < Text.Length && Text[position] == '"' ? QuotedField(ref position) : PlainField(ref position));
        }

        return fields;
    }

    private string PlainField(ref int position)
    {
        var start = position;
        position = Text.IndexOf(',', position) is var comma and >= 0 ? comma : Text.Length;
        var field = Text[start..position];
        return field.Contains('"')
            ? throw new FormatException($"a quote inside the unquoted field '{field}'")
            : field;
    }

    private string QuotedField(ref int position)
    {
        var field = new StringBuilder();
        for (position++; position < Text.Length; position++)
        {
            if (Text[position] != '"')
            {
                field.Append(Text[position]);
            }
            else if (position + 1 < Text.Length && Text[position + 1] == '"')
            {
                field.Append('"');
                position++;
            }
            else
            {
                position++;
                return position == Text.Length || Text[position] == ','
                    ? field.ToString()
                    : throw new FormatException($"text after the closing quote of '{field}'");
            }
        }

        throw new FormatException("a quote is not closed");
    }
}
