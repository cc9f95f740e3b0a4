using Microsoft.Extensions.Logging;

namespace DomainEvents.TestSupport;

/// <summary>A <see cref="RecordingLogger"/> for a class; usable on its own.</summary>
public sealed class RecordingLogger<T>(RecordingLoggerProvider provider)
    : RecordingLogger(provider, typeof(T).FullName ?? typeof(T).Name), ILogger<T>
{
    public RecordingLogger()
        : this(new RecordingLoggerProvider())
    {
    }
}
