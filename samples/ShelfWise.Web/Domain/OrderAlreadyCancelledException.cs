using System.Globalization;

namespace ShelfWise.Domain;

/// <summary>An order can be cancelled once.</summary>
internal sealed class OrderAlreadyCancelledException(string number, DateTimeOffset cancelledAt)
    : Exception(string.Create(CultureInfo.InvariantCulture, $"order {number} was cancelled at {cancelledAt:u}"));
