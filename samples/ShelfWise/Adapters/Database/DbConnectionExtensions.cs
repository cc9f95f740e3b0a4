using System.Data.Common;

namespace ShelfWise.Adapters.Database;

/// <summary>All the convenience that the sample needs on top of ADO.NET.</summary>
internal static class DbConnectionExtensions
{
    /// <summary>A command with its parameters, in the connection's open transaction if there is one.</summary>
    public static DbCommand Command(this DbConnection connection, string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = value ?? DBNull.Value;
            command.Parameters.Add(parameter);
        }

        return command;
    }
}
