using System.Runtime.CompilerServices;
using DomainEvents.Outbox;

namespace DomainEvents.PostgreSql;

/// <content>What an operator sees and does.</content>
internal sealed partial class PostgreSqlOutboxStore
{
    public ValueTask<OutboxStatus> GetStatusAsync(CancellationToken cancellationToken = default) =>
        _connections.RunAsync(_operations, static (connection, operations, token) => operations.GetStatusAsync(connection, token), cancellationToken);

    public async IAsyncEnumerable<DeadLetter> GetDeadLettersAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var last = (Position: 0L, Handler: "");
        while (true)
        {
            var page = await _connections.RunAsync(
                (_operations, last), static (connection, state, token) => state._operations.GetDeadLettersAsync(connection, state.last, token), cancellationToken)
                .ConfigureAwait(false);
            foreach (var letter in page)
            {
                yield return letter;
            }

            if (page.Count == 0)
            {
                yield break;
            }

            last = (page[^1].Position, page[^1].HandlerName);
        }
    }

    public ValueTask<bool> RequeueAsync(long position, string handlerName, CancellationToken cancellationToken = default) =>
        _connections.RunAsync(
            (_operations, position, handlerName),
            static (connection, state, token) => state._operations.RequeueAsync(connection, state.position, state.handlerName, token),
            cancellationToken);

    public ValueTask<bool> DiscardAsync(long position, string handlerName, CancellationToken cancellationToken = default) =>
        _connections.RunAsync(
            (_operations, position, handlerName),
            static (connection, state, token) => state._operations.DiscardAsync(connection, state.position, state.handlerName, token),
            cancellationToken);

    public ValueTask<int> PurgeAsync(TimeSpan olderThan, int limit, CancellationToken cancellationToken = default) =>
        _connections.RunAsync(
            (_operations, olderThan, limit),
            static (connection, state, token) => state._operations.PurgeAsync(connection, state.olderThan, state.limit, token),
            cancellationToken);
}
