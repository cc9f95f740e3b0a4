using System.Diagnostics;
using DomainEvents.TestSupport.Databases;

namespace DomainEvents.Outbox.Crash.Tests.Runs;

/// <summary>
/// A PostgreSQL server for one test, which may do to it what it likes: made by <c>.ci/postgres.sh</c>, in a shell that stops it when
/// its input closes.
/// </summary>
internal sealed class OwnPostgreSqlServer : IAsyncDisposable
{
    private const string Script = """
        . .ci/postgres.sh
        trap postgres_stop EXIT
        unset DOMAIN_EVENTS_POSTGRES
        postgres_start >&2 || exit 1
        echo "$DOMAIN_EVENTS_POSTGRES"
        while read -r command; do
            postgres_run "$postgres_bin/pg_ctl" -D "$postgres_folder/data" -m immediate -w -t 60 restart \
                -l "$postgres_folder/server.log" </dev/null >"$postgres_folder.log" 2>&1 && echo restarted || { cat "$postgres_folder.log" >&2; exit 1; }
        done
        """;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(120);

    private readonly Process _shell;
    private readonly Task<string> _errors;

    private OwnPostgreSqlServer(Process shell) => (_shell, _errors) = (shell, shell.StandardError.ReadToEndAsync());

    /// <summary><see langword="null"/> where the test runs, and where it must run.</summary>
    public static string? ReasonToSkip => PostgreSqlServer.ReasonToSkip
        ?? (OperatingSystem.IsWindows() ? "The server of this test is made by a script for bash." : null);

    public string ConnectionString { get; private set; } = "";

    public static async Task<OwnPostgreSqlServer> StartAsync()
    {
        var server = new OwnPostgreSqlServer(Process.Start(new ProcessStartInfo("bash", ["-c", Script])
        {
            WorkingDirectory = Repository(),
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!);
        server.ConnectionString = await server.HearAsync();
        return server;
    }

    /// <summary>Ends all of its processes at once, without a checkpoint, and starts it again: it recovers from its log.</summary>
    public async Task RestartAsync()
    {
        await _shell.StandardInput.WriteLineAsync("restart");
        await _shell.StandardInput.FlushAsync();
        await HearAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _shell.StandardInput.Close();
        await _shell.WaitForExitAsync();
        _shell.Dispose();
    }

    private static string Repository()
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

    private async Task<string> HearAsync() => await _shell.StandardOutput.ReadLineAsync().WaitAsync(Deadline)
        ?? throw new InvalidOperationException($"The server of this test does not start: {await _errors}");
}
