using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using static ShelfWise.Tests.WebShop;

namespace ShelfWise.Tests;

/// <summary>Says to a new shop what the README says to it, and hears the same.</summary>
public sealed partial class ReadmeTests
{
    [PostgreSqlFact]
    public async Task The_shop_answers_as_the_readme_shows()
    {
        await using var shop = Open();
        var readme = (await File.ReadAllTextAsync(Path.Combine(Folder(), "../../samples/ShelfWise.Web/README.md"))).ReplaceLineEndings("\n");
        var exchanges = Exchange().Matches(readme).ToArray();
        exchanges.Should().HaveCount(7).And.HaveCount(readme.Split("$ curl").Length - 1);
        var ids = new Dictionary<string, string>();

        foreach (var exchange in exchanges)
        {
            var (path, body, shown) = (exchange.Groups["path"].Value, exchange.Groups["body"], exchange.Groups["answer"].Value);
            using var request = new HttpRequestMessage(
                exchange.Groups["post"].Success || body.Success ? HttpMethod.Post : HttpMethod.Get,
                Id().Replace(path, id => ids[id.Value]))
            {
                Content = body.Success ? new StringContent(body.Value, new System.Net.Http.Headers.MediaTypeHeaderValue("application/json")) : null,
            };

            using var response = await shop.Http.SendAsync(request);

            var answer = await response.Content.ReadAsStringAsync();
            Masked(answer).Should().Be(Masked(shown), "the README shows so for {0}", exchange.Value);
            if (Id().Match(shown) is { Success: true } id)
            {
                ids[id.Value] = Id().Match(answer).Value;
            }
        }
    }

    private static string Folder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;

    private static string Masked(string answer) => Trace().Replace(Time().Replace(Id().Replace(answer, "ID"), "TIME"), "TRACE");

    [GeneratedRegex(@"^\$ curl -s(?<post> -X POST)? localhost:5000(?<path>\S+)(?: --json '(?<body>.*)')?\n(?<answer>.*)$", RegexOptions.Multiline)]
    private static partial Regex Exchange();

    [GeneratedRegex(@"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")]
    private static partial Regex Id();

    [GeneratedRegex(@"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(\+00:00|Z)")]
    private static partial Regex Time();

    [GeneratedRegex(@"00-[0-9a-f]{32}-[0-9a-f]{16}-0\d")]
    private static partial Regex Trace();
}
