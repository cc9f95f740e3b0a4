using System.Runtime.CompilerServices;
using DomainEvents.TestSupport.Databases;

namespace DomainEvents.EntityFrameworkCore.TestSupport;

/// <summary>Readies SQLite before anything of this assembly runs, so that no test has to think of it.</summary>
internal static class SqliteForEntityFramework
{
#pragma warning disable CA2255 // Not a library for others, and a test that forgot the call would fail by the order in which tests run.
    [ModuleInitializer]
    internal static void Initialize() => SqliteLibrary.Initialize();
#pragma warning restore CA2255
}
