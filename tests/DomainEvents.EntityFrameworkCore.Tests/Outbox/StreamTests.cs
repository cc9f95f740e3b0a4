using DomainEvents.EntityFrameworkCore.Tests.Scenario;
using DomainEvents.EntityFrameworkCore.TestSupport;
using DomainEvents.Outbox;
using DomainEvents.TestSupport.Databases;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.EntityFrameworkCore.Tests.Outbox;

/// <summary>What the events of one aggregate have in common, so that they are handled in their order.</summary>
public sealed class StreamTests
{
    [Theory, SqliteData, PostgreSqlData]
    public async Task The_stream_of_an_aggregate_is_its_type_and_its_identity(DatabaseKind kind, How how)
    {
        await using var desk = await OutboxDesk.OpenAsync(kind);
        var ticket = new Ticket(1, "A");
        desk.Context.AddRange(ticket, new Ticket(0, "zero"));
        await desk.Context.SaveAsync(how);
        ticket.Rename("B");
        await desk.Context.SaveAsync(how);

        (await desk.StreamsAsync()).Should().Equal("Ticket:1", "Ticket:0", "Ticket:1");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task A_key_that_the_database_makes_is_known_when_the_event_is_stored(DatabaseKind kind, How how)
    {
        await using var desk = await OutboxDesk.OpenAsync(kind);
        var stamp = new Stamp();
        stamp.Use("first");
        desk.Context.Add(stamp);
        await desk.Context.SaveAsync(how);
        stamp.Use("second");
        await desk.Context.SaveAsync(how);
        await using (var transaction = await desk.Context.BeginAsync(how))
        {
            var another = new Stamp();
            another.Use("third");
            desk.Context.Add(another);
            await desk.Context.SaveAsync(how);
            await transaction.CommitAsync(how);
        }

        stamp.Id.Should().BePositive();
        (await desk.StoredAsync()).Should().Equal("first", "second", "third");
        (await desk.StreamsAsync()).Should().Equal($"Stamp:{stamp.Id}", $"Stamp:{stamp.Id}", $"Stamp:{stamp.Id + 1}");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task Any_class_has_a_stream_by_its_key_and_a_proxy_that_of_its_class(DatabaseKind kind, How how)
    {
        await using var shelf = await Shelf.OpenAsync(kind);
        await using var scope = shelf.Services.CreateAsyncScope();
        var context = scope.ServiceProvider.GetRequiredService<ShelfContext>();
        context.AddRange(
            new Book("a,b", 1), new Book("a", 1), new BookProxy("c\\", 2), new Shelved { Id = Guid.Parse("5f0c3f44-6d8c-4b6a-9f3b-0d3b1a3c1a11") });

        await context.SaveAsync(how);

        (await OutboxDesk.RowsAsync(shelf.Database)).Select(row => row.Stream.Split('.', '+')[^1]).Should().BeEquivalentTo(
            @"Book:a\,b,1", "Book:a,1", @"Book:c\\,2", "Shelved:5f0c3f44-6d8c-4b6a-9f3b-0d3b1a3c1a11");
    }

    [Theory, SqliteData, PostgreSqlData]
    public async Task A_key_of_a_type_that_says_nothing_of_its_value_is_the_one_in_the_column(DatabaseKind kind, How how)
    {
        await using var shelf = await Shelf.OpenAsync(kind);
        await using var scope = shelf.Services.CreateAsyncScope();
        var context = scope.ServiceProvider.GetRequiredService<ShelfContext>();
        context.AddRange(new Crate(new CrateNumber(7)), new Crate(new CrateNumber(8)));

        await context.SaveAsync(how);

        (await OutboxDesk.RowsAsync(shelf.Database)).Select(row => row.Stream.Split('.', '+')[^1]).Should().BeEquivalentTo("Crate:7", "Crate:8");
    }

    private sealed class Shelf(TestDatabase database, ServiceProvider services) : IAsyncDisposable
    {
        public TestDatabase Database => database;

        public ServiceProvider Services => services;

        public static async Task<Shelf> OpenAsync(DatabaseKind kind)
        {
            var database = await TestDatabase.CreateAsync(kind);
            var services = new ServiceCollection();
            services.AddDomainEvents().UseOutboxIn(database).AddEvent<Placed>().AddEntityFrameworkOutbox<ShelfContext>();
            services.AddDbContext<ShelfContext>((provider, options) => options.UseDatabase(database).UseDomainEvents(provider));
            var shelf = new Shelf(database, services.BuildServiceProvider());
            await shelf.Services.GetRequiredService<IOutboxSchema>().EnsureCreatedAsync();
            await using var scope = shelf.Services.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<ShelfContext>().GetService<IRelationalDatabaseCreator>().CreateTablesAsync();
            return shelf;
        }

        public async ValueTask DisposeAsync()
        {
            await services.DisposeAsync();
            await database.DisposeAsync();
        }
    }

    private sealed class ShelfContext(DbContextOptions<ShelfContext> options) : DbContext(options)
    {
        protected override void OnModelCreating(ModelBuilder modelBuilder)
        {
            modelBuilder.Entity<Book>().HasKey(book => new { book.Title, book.Volume });
            modelBuilder.Entity<Shelved>();
            modelBuilder.Entity<Crate>().Property(crate => crate.Id).HasConversion(number => number.Value, value => new CrateNumber(value));
        }
    }

    private sealed record Placed : DomainEvent;

    private sealed class Crate : AggregateRoot<CrateNumber>
    {
        public Crate(CrateNumber id)
        {
            Id = id;
            Raise(new Placed());
        }
    }

    private readonly struct CrateNumber(int value) : IEquatable<CrateNumber>
    {
        public int Value => value;

        public bool Equals(CrateNumber other) => other.Value == Value;

        public override bool Equals(object? obj) => obj is CrateNumber other && Equals(other);

        public override int GetHashCode() => Value;
    }

    /// <summary>Has no base class.</summary>
    private class Book : IHasDomainEvents
    {
        private readonly List<IDomainEvent> _events = [new Placed()];

        public Book(string title, int volume) => (Title, Volume) = (title, volume);

        public string Title { get; private set; }

        public int Volume { get; private set; }

        public IReadOnlyList<IDomainEvent> DomainEvents => _events;

        public IReadOnlyList<IDomainEvent> PullDomainEvents()
        {
            IDomainEvent[] pulled = [.. _events];
            _events.Clear();
            return pulled;
        }

        public void RemoveDomainEvents(IReadOnlyCollection<IDomainEvent> domainEvents) => _events.RemoveAll(domainEvents.Contains);
    }

    /// <summary>As those that load lazily: nothing of the model.</summary>
    private sealed class BookProxy(string title, int volume) : Book(title, volume);

    private sealed class Shelved : AggregateRoot
    {
        public Shelved() => Raise(new Placed());

        public Guid Id { get; init; }
    }
}
