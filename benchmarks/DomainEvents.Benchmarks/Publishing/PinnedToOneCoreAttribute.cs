using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;

namespace DomainEvents.Benchmarks.Publishing;

/// <summary>Runs the benchmarks of a class on the first core only.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class PinnedToOneCoreAttribute : Attribute, IConfigSource
{
    public IConfig Config { get; } = ManualConfig.CreateEmpty().AddJob(Job.Default.WithAffinity(1));
}
