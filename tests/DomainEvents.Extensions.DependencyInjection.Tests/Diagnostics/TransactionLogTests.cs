using System.Reflection;
using DomainEvents.Diagnostics;
using Microsoft.Extensions.Logging;

namespace DomainEvents.Tests.Companion;

public class TransactionLogTests
{
    private static readonly LoggerMessageAttribute[] Messages =
    [
        .. typeof(TransactionLog).GetMethods(BindingFlags.Public | BindingFlags.Static)
            .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>())
            .OfType<LoggerMessageAttribute>(),
    ];

    [Fact]
    public void Every_message_has_an_id_of_its_own_in_the_range_of_the_package() =>
        Messages.Select(message => message.EventId).Should().NotBeEmpty().And.OnlyHaveUniqueItems()
            .And.OnlyContain(id => id >= 2000 && id <= 2099);

    [Fact]
    public void Every_message_has_a_name_of_its_own() =>
        Messages.Select(message => message.EventName).Should().OnlyHaveUniqueItems().And.NotContainNulls();

    [Fact]
    public void Ids_that_users_filter_by_stay_as_they_are() =>
        Messages.Select(message => $"{message.EventId} {message.EventName} {message.Level}").Should().Contain(
        [
            "2000 NoHandlers Warning",
            "2001 HandlerFactoryFailed Warning",
            "2002 CallbackFailed Error",
            "2003 PublishFailed Error",
            "2011 WorkLost Error",
        ]);
}
