using Microsoft.Extensions.Logging;

namespace DomainEvents;

/// <summary>What all plans of a bus have in common.</summary>
internal sealed record PublishSettings(FanOutStrategy FanOut, TimeProvider TimeProvider, ILogger Logger);
