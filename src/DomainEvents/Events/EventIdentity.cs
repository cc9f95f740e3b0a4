using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace DomainEvents;

/// <summary>Makes version-7 UUIDs that ascend within the process, together with the time they were made at.</summary>
/// <remarks>
/// RFC 9562, section 6.2: the 48-bit Unix time in milliseconds is followed by 20 bits of clock precision and counter
/// (methods 3 and 1) and 54 random bits. One atomic word holds the last value given out, so that threads never tie.
/// </remarks>
internal static class EventIdentity
{
    private const int CounterBits = 6;
    private const long RestartAfter = TimeSpan.TicksPerSecond << CounterBits;

    // The last moment given out: ticks of 100 ns since 1970, then a counter. Lasts beyond the year 2400.
    private static long _last;

    [ThreadStatic]
    private static RandomWords? _random;

    public static (Guid Id, DateTimeOffset Time) Next()
    {
        var now = TimeProvider.System.GetUtcNow();
        var moment = NextMoment(now.UtcTicks - DateTime.UnixEpoch.Ticks);
        return (Compose(moment, (_random ??= new RandomWords()).Next()), now);
    }

    internal static long NextMoment(long unixTicks)
    {
        var candidate = unixTicks << CounterBits;
        while (true)
        {
            var last = Volatile.Read(ref _last);
            // A clock set back by a second or more restarts the sequence: better than ids from the future for hours.
            var next = candidate > last || last - candidate >= RestartAfter ? candidate : last + 1;
            if (Interlocked.CompareExchange(ref _last, next, last) == last)
            {
                return next;
            }
        }
    }

    internal static Guid Compose(long moment, ulong random)
    {
        var (milliseconds, ticks) = Math.DivRem(moment >> CounterBits, TimeSpan.TicksPerMillisecond);
        // 14 bits of ticks within the millisecond, then the counter: 12 of these 20 bits stand before the variant.
        var precision = (uint)((ticks << CounterBits) | (moment & ((1 << CounterBits) - 1)));
        var low = 0x8000_0000_0000_0000UL | ((ulong)(precision & 0xFF) << 54) | (random & 0x003F_FFFF_FFFF_FFFFUL);
        return new Guid(
            (uint)(milliseconds >> 16),
            (ushort)milliseconds,
            (ushort)(0x7000 | (precision >> 8)),
            (byte)(low >> 56), (byte)(low >> 48), (byte)(low >> 40), (byte)(low >> 32),
            (byte)(low >> 24), (byte)(low >> 16), (byte)(low >> 8), (byte)low);
    }

    /// <summary>Cryptographic randomness, drawn from the system in blocks; one instance a thread.</summary>
    private sealed class RandomWords
    {
        private readonly ulong[] _words = new ulong[256];
        private int _next = 256;

        public ulong Next()
        {
            if (_next == _words.Length)
            {
                RandomNumberGenerator.Fill(MemoryMarshal.AsBytes(_words.AsSpan()));
                _next = 0;
            }

            return _words[_next++];
        }
    }
}
