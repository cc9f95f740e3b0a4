namespace DomainEvents.Benchmarks.Saves;

/// <summary>The aggregate that is saved: one row, whether it raises something or not.</summary>
internal sealed class Parcel : AggregateRoot<long>
{
    public Parcel(long id, string destination) => (Id, Destination) = (id, destination);

    public string Destination { get; private set; }

    public void Redirect(long number) => Destination = $"Lighthouse Road {number}";

    public void Accept() => Raise(new ParcelAccepted(Id));
}
