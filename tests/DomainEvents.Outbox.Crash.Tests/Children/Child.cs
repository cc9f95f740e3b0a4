using System.Diagnostics;
using DomainEvents.Outbox.CrashChild;
using DomainEvents.Outbox.CrashChild.Killing;

namespace DomainEvents.Outbox.Crash.Tests.Children;

/// <summary>A process of the application. It never outlives this one: it dies when its input closes.</summary>
internal sealed class Child : IAsyncDisposable
{
    private const int KilledBySignal = 128 + 9;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "DomainEvents.Outbox.CrashChild.dll");
    private static readonly string Host =
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath! : "dotnet";

    private readonly Process _process;
    private readonly ChildOutput _output = new();
    private readonly Task<string> _errors;
    private readonly Task _reading;

    private Child(ChildOptions options)
    {
        Options = options;
        var start = new ProcessStartInfo(Host, ["exec", Program, options.ToString()])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _process = Process.Start(start)!;
        _errors = _process.StandardError.ReadToEndAsync();
        _reading = _output.ReadAsync(_process.StandardOutput);
        AppDomain.CurrentDomain.ProcessExit += OnExit;
    }

    public ChildOptions Options { get; }

    public string Name => Options.Name;

    public int ProcessId => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>How often it has said that its store fails. It must have ended.</summary>
    public int Complaints => _errors.Result.Split('\n').Count(line => line.StartsWith("Error OutboxStoreFailed", StringComparison.Ordinal));

    public static Child Start(ChildOptions options) => new(options);

    /// <summary>Waits for a line that begins so, and that nobody has waited for yet.</summary>
    public async Task<string> HearAsync(string beginning)
    {
        var line = await InTimeAsync(_output.NextAsync(beginning), $"say '{beginning}'");
        return line ?? throw await FailureAsync($"ended before it said '{beginning}'");
    }

    /// <summary>Kills it, wherever it is.</summary>
    public async Task KillAsync()
    {
        if (_process.HasExited)
        {
            throw await FailureAsync("ended by itself, with nobody having killed it");
        }

        _process.Kill();
        await DeathAsync();
    }

    /// <summary>Waits until it has killed itself.</summary>
    public async Task DeathAsync()
    {
        await EndAsync();
        if (_process.ExitCode != KilledBySignal)
        {
            throw await FailureAsync($"was to die of SIGKILL and ended with code {_process.ExitCode}");
        }

        await ThrowIfItHasComplainedAsync();
    }

    /// <summary>Lets it end as a host does that shuts down.</summary>
    public async Task StopAsync()
    {
        await TellAsync("stop");
        await EndAsync();
        if (_process.ExitCode != 0)
        {
            throw await FailureAsync($"was to stop and ended with code {_process.ExitCode}");
        }

        await ThrowIfItHasComplainedAsync();
    }

    /// <summary>Takes the processor away from it, until it is continued.</summary>
    public void Suspend() => Signal.Stop.SendTo(_process.Id);

    public Task ContinueAsync()
    {
        Signal.Continue.SendTo(_process.Id);
        return TellAsync("continue");
    }

    public async Task<Exception> FailureAsync(string what)
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        return new InvalidOperationException(
            $"The child {Name} {what}.{Environment.NewLine}It was started with {Options}{Environment.NewLine}" +
            $"Output: {string.Join(" | ", _output.Lines)}{Environment.NewLine}Errors: {await _errors}");
    }

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnExit;
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        await _reading;
        _process.Dispose();
    }

    private void OnExit(object? sender, EventArgs e) => _process.Kill();

    private async Task TellAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
    }

    private async Task EndAsync()
    {
        await InTimeAsync(Task.WhenAll(_process.WaitForExitAsync(), _reading).ContinueWith(_ => true, TaskScheduler.Default), "end");
    }

    private async Task ThrowIfItHasComplainedAsync()
    {
        await _errors;
        if (!Options.DatabaseMayFail && Complaints > 0)
        {
            throw await FailureAsync("complained although its database was there");
        }
    }

    private async Task<T> InTimeAsync<T>(Task<T> task, string what)
    {
        if (await Task.WhenAny(task, Task.Delay(Deadline)) != task)
        {
            throw await FailureAsync($"did not {what} within {Deadline.TotalSeconds} seconds");
        }

        return await task;
    }
}
