using DomainEvents.Background;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace DomainEvents.Tests.Companion;

public class BackgroundDispatchOptionsTests
{
    [Fact]
    public void The_defaults_are_as_documented()
    {
        var options = new BackgroundDispatchOptions();

        options.Capacity.Should().Be(1024);
        options.MaxConcurrency.Should().Be(8);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Less_than_one_is_refused_and_changes_nothing(int value)
    {
        var options = new BackgroundDispatchOptions { Capacity = 3, MaxConcurrency = 4 };

        options.Invoking(o => o.Capacity = value).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*Capacity must be 1 or more*");
        options.Invoking(o => o.MaxConcurrency = value).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*MaxConcurrency must be 1 or more*");

        (options.Capacity, options.MaxConcurrency).Should().Be((3, 4));
    }

    [Fact]
    public async Task Added_twice_the_later_setting_counts_and_the_earlier_ones_stay()
    {
        await using var services = Containers.Build(services => services.AddDomainEvents()
            .AddBackgroundDispatch(options => (options.Capacity, options.MaxConcurrency) = (1, 2))
            .AddBackgroundDispatch(options => options.Capacity = 5)
            .AddBackgroundDispatch());

        var options = services.GetRequiredService<IOptions<BackgroundDispatchOptions>>().Value;

        (options.Capacity, options.MaxConcurrency).Should().Be((5, 2));
    }
}
