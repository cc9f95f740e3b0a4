using System.Runtime.Loader;

namespace DomainEvents.TestSupport.Databases;

/// <summary>The native SQLite, ready for any version of Microsoft.Data.Sqlite that a test project brings.</summary>
public static class SqliteLibrary
{
    static SqliteLibrary()
    {
        // Newer ones, such as the one of Entity Framework Core, ask for a newer SQLitePCLRaw than the bundle of
        // the tests, and the runtime refuses an older one unless somebody hands it over.
        AssemblyLoadContext.Default.Resolving += (_, name) => name.Name == "SQLitePCLRaw.core" ? typeof(SQLitePCL.raw).Assembly : null;
        SQLitePCL.Batteries_V2.Init();
    }

    /// <summary>Has to be called before the first SQLite connection is made; again and from several threads at once is fine.</summary>
    public static void Initialize()
    {
        // The static constructor does it, once.
    }
}
