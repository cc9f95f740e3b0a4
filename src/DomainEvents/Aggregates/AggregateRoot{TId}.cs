using System.Globalization;

namespace DomainEvents;

/// <summary>An aggregate root with an identity.</summary>
/// <typeparam name="TId">The type of the identity.</typeparam>
public abstract class AggregateRoot<TId> : AggregateRoot
    where TId : notnull
{
    /// <summary>The identity. <see langword="default"/> until the aggregate, or the database, has set it.</summary>
    public TId Id { get; protected set; } = default!;

    internal override string? Identity
    {
        get
        {
            // What only says its type tells no aggregate from another.
            var text = EqualityComparer<TId>.Default.Equals(Id, default) ? null : Convert.ToString(Id, CultureInfo.InvariantCulture);
            return string.Equals(text, typeof(TId).ToString(), StringComparison.Ordinal) ? null : text;
        }
    }
}
