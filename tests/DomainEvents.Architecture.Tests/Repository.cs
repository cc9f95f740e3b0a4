namespace DomainEvents.Architecture;

/// <summary>The files of the repository that the tests were built in.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>Which configuration was built: <c>debug</c> or <c>release</c>, as the artifacts folder spells it.</summary>
    public static string Configuration { get; } = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));

    public static string PathOf(params string[] segments) => Path.Combine([Root, .. segments]);

    /// <summary>Files below a folder, as paths from the root with slashes, in ordinal order.</summary>
    public static string[] Files(string folder, string pattern) =>
    [
        .. Directory.EnumerateFiles(PathOf(folder), pattern, SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
            .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal),
    ];

    public static string[] Lines(string path) => File.ReadAllText(PathOf(path)).ReplaceLineEndings("\n").Split('\n');

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "DomainEvents.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"DomainEvents.sln is in no folder above {AppContext.BaseDirectory}.");
    }
}
