using System.ComponentModel;
using System.Runtime.InteropServices;

namespace DomainEvents.Outbox.CrashChild.Killing;

/// <summary>A signal of POSIX. The numbers are those of Linux.</summary>
internal sealed partial class Signal
{
    public static readonly Signal Kill = new(9);
    public static readonly Signal Continue = new(18);
    public static readonly Signal Stop = new(19);

    private readonly int _number;

    private Signal(int number) => _number = number;

    public void SendTo(int processId)
    {
        if (Send(processId, _number) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Send(int processId, int signal);
}
