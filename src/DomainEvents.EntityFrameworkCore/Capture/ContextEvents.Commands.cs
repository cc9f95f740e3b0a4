using System.Data;
using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace DomainEvents.EntityFrameworkCore.Capture;

/// <content>Sees whether a save has sent anything, and how that ended: no other callback tells of a single command.</content>
internal sealed partial class ContextEvents
{
    DbDataReader IDbCommandInterceptor.ReaderExecuted(DbCommand command, CommandExecutedEventData eventData, DbDataReader result)
    {
        Sent(eventData);
        return result;
    }

    ValueTask<DbDataReader> IDbCommandInterceptor.ReaderExecutedAsync(
        DbCommand command, CommandExecutedEventData eventData, DbDataReader result, CancellationToken cancellationToken)
    {
        Sent(eventData);
        return new(result);
    }

    int IDbCommandInterceptor.NonQueryExecuted(DbCommand command, CommandExecutedEventData eventData, int result)
    {
        Sent(eventData);
        return result;
    }

    ValueTask<int> IDbCommandInterceptor.NonQueryExecutedAsync(
        DbCommand command, CommandExecutedEventData eventData, int result, CancellationToken cancellationToken)
    {
        Sent(eventData);
        return new(result);
    }

    void IDbCommandInterceptor.CommandFailed(DbCommand command, CommandErrorEventData eventData) => Failed(eventData);

    Task IDbCommandInterceptor.CommandFailedAsync(DbCommand command, CommandErrorEventData eventData, CancellationToken cancellationToken)
    {
        Failed(eventData);
        return Task.CompletedTask;
    }

    private void Sent(CommandEventData eventData)
    {
        if (_save is { } save && eventData.CommandSource == CommandSource.SaveChanges)
        {
            save.HasSentCommands = true;
        }
    }

    private void Failed(CommandErrorEventData eventData)
    {
        if (_save is { } save && eventData.CommandSource == CommandSource.SaveChanges)
        {
            save.HasSentCommands = save.HasFailedCommand = true;
            save.HasLostConnection |= eventData.Connection.State != ConnectionState.Open;
        }
    }
}
