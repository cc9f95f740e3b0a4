using ShelfWise.Adapters.Csv;

namespace ShelfWise.Tests;

public sealed class CsvLineTests
{
    [Theory]
    [InlineData("a,b,c", new[] { "a", "b", "c" })]
    [InlineData("", new[] { "" })]
    [InlineData(",", new[] { "", "" })]
    [InlineData("a,,c,", new[] { "a", "", "c", "" })]
    [InlineData("\"The Lion, the Witch and the Wardrobe\",9", new[] { "The Lion, the Witch and the Wardrobe", "9" })]
    [InlineData("\"Anna \"\"Annie\"\" Petrović\"", new[] { "Anna \"Annie\" Petrović" })]
    [InlineData("\"\",\"\"", new[] { "", "" })]
    [InlineData("吾輩は猫である, spaced ", new[] { "吾輩は猫である", " spaced " })]
    public void A_line_is_split_at_commas_outside_quotes(string text, string[] fields) =>
        new CsvLine(1, text).Fields().Should().Equal(fields);

    [Theory]
    [InlineData("a,\"b", "a quote is not closed")]
    [InlineData("\"", "a quote is not closed")]
    [InlineData("\"a\"b,c", "text after the closing quote of 'a'")]
    [InlineData("a\"b", "a quote inside the unquoted field 'a\"b'")]
    public void A_misplaced_quote_is_named(string text, string problem) =>
        FluentActions.Invoking(() => new CsvLine(1, text).Fields()).Should().Throw<FormatException>().WithMessage(problem);
}
