using System.Data;
using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace DomainEvents.EntityFrameworkCore.Capture;

/// <content>Sees whether a save has sent anything, and how that ended: no other callback tells of a single command.</content>
internal sealed partial class ContextEvents
{
    InterceptionResult<DbDataReader> IDbCommandInterceptor.ReaderExecuting(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result)
    {
        Sending(command, eventData);
        return result;
    }

    ValueTask<InterceptionResult<DbDataReader>> IDbCommandInterceptor.ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken)
    {
        Sending(command, eventData);
        return new(result);
    }

    InterceptionResult<int> IDbCommandInterceptor.NonQueryExecuting(
        DbCommand command, CommandEventData eventData, InterceptionResult<int> result)
    {
        Sending(command, eventData);
        return result;
    }

    ValueTask<InterceptionResult<int>> IDbCommandInterceptor.NonQueryExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken)
    {
        Sending(command, eventData);
        return new(result);
    }

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

    void IDbCommandInterceptor.CommandCanceled(DbCommand command, CommandEndEventData eventData) => Canceled(eventData);

    Task IDbCommandInterceptor.CommandCanceledAsync(DbCommand command, CommandEndEventData eventData, CancellationToken cancellationToken)
    {
        Canceled(eventData);
        return Task.CompletedTask;
    }

    InterceptionResult IDbCommandInterceptor.DataReaderClosing(
        DbCommand command, DataReaderClosingEventData eventData, InterceptionResult result)
    {
        Closing(command);
        return result;
    }

    ValueTask<InterceptionResult> IDbCommandInterceptor.DataReaderClosingAsync(
        DbCommand command, DataReaderClosingEventData eventData, InterceptionResult result)
    {
        Closing(command);
        return new(result);
    }

    private void Sending(DbCommand command, CommandEventData eventData)
    {
        if (_save is { Storing: { IsDue: true } storing } && eventData.CommandSource == CommandSource.SaveChanges)
        {
            storing.AddTo(command);
        }
    }

    private void Sent(CommandEventData eventData)
    {
        if (_save is { } save && eventData.CommandSource == CommandSource.SaveChanges)
        {
            save.HasSentCommands = true;
        }
    }

    private void Canceled(CommandEndEventData eventData)
    {
        if (_save is not { HasSentCommands: true }) // behind its execution nobody knows
        {
            Failed(eventData);
        }
    }

    private void Failed(CommandEndEventData eventData)
    {
        if (_save is { } save && eventData.CommandSource == CommandSource.SaveChanges)
        {
            save.HasSentCommands = save.HasFailedCommand = true;
            save.HasLostConnection |= eventData.Connection.State != ConnectionState.Open;
        }
    }

    // The last moment at which the connection of the save is as its command has left it.
    private void Closing(DbCommand command)
    {
        if (_save is { } save)
        {
            save.HasLostConnection |= command.Connection is not { State: ConnectionState.Open };
        }
    }

    /// <summary>
    /// A command that was executed may fail while its answer is read, and nobody calls that a failed command: a constraint
    /// that is checked last, or the second one of a batch.
    /// </summary>
    private static bool IsOfDatabase(Exception? failure) =>
        failure is not null && (failure is DbException || IsOfDatabase(failure.InnerException));
}
