namespace ShelfWise.Domain;

internal sealed record Customer(string Name, string Email);
