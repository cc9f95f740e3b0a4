using DomainEvents;

namespace ShelfWise.Adapters.Diagnostics;

/// <summary>
/// Tells another process of orders and of handler calls, a line each. What was written to a pipe is there also when the writer is
/// killed.
/// </summary>
internal sealed class HandlerJournal(TextWriter writer) : IEventMiddleware
{
    public const string Placed = "placed";
    public const string Begun = "begun";
    public const string Done = "done";
    public const string Failed = "failed";

    /// <summary>An order is committed, or, without a number, refused: of that nothing is told.</summary>
    public void WriteOrder(string? number)
    {
        if (number is not null)
        {
            Write($"{Placed} {number}");
        }
    }

    public async ValueTask InvokeAsync(EventHandlerContext context, EventHandlerDelegate next, CancellationToken cancellationToken)
    {
        var call = $"{context.Handler.Name} {context.Event.EventId}";
        var end = Failed;
        Write($"{Begun} {call}");
        try
        {
            await next(context, cancellationToken);
            end = Done;
        }
        finally
        {
            Write($"{end} {call}");
        }
    }

    private void Write(string line)
    {
        lock (writer)
        {
            writer.WriteLine(line);
            writer.Flush();
        }
    }
}
