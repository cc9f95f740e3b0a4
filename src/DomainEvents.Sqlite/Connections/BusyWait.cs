using System.Runtime.InteropServices;
using SQLitePCL;

namespace DomainEvents.Sqlite.Connections;

/// <summary>
/// The pauses of one who waits for another process that writes: short at first. SQLite's own wait takes whole seconds where it was
/// built without <c>usleep</c>, and the provider's takes 150 ms and a thread.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal struct BusyWait(TimeSpan timeout)
{
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(25);
    private TimeSpan _next = TimeSpan.FromMilliseconds(1);
    private TimeSpan _waited;

    /// <summary>Whether a code of SQLite says that somebody else is at it (https://www.sqlite.org/rescode.html#busy).</summary>
    public static bool IsBusy(int code) => (code & 0xFF) is raw.SQLITE_BUSY or raw.SQLITE_LOCKED;

    /// <summary>The next pause; none if the time is over.</summary>
    public bool TryNext(out TimeSpan pause)
    {
        pause = _next;
        _waited += pause;
        _next = _next < Longest ? _next * 2 : Longest;
        return timeout == TimeSpan.Zero || _waited <= timeout; // zero is no limit, as everywhere in the provider
    }
}
