using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace ShelfWise.Services;

/// <summary>What a customer asks for: well-formed, but not yet judged.</summary>
/// <remarks>
/// Public, because ASP.NET Core validates public types only. The patterns keep control characters out: PostgreSQL stores
/// no NUL, and a line break could forge an e-mail's header.
/// </remarks>
public sealed record OrderRequest(
    [property: Description("The customer's own number of the order; sent twice, it is placed once.")]
    [property: Required, RegularExpression("^[A-Za-z0-9-]{1,40}$", ErrorMessage = "number is 1 to 40 letters, digits and dashes.")]
    string Number,

    [property: Required, RegularExpression("^[A-Za-z0-9-]{1,40}$", ErrorMessage = "sku is 1 to 40 letters, digits and dashes.")]
    string Sku,

    int Quantity,

    [property: Required, RegularExpression(@"^\P{Cc}{1,200}$", ErrorMessage = "customerName is 1 to 200 characters, none of them a control character.")]
    string CustomerName,

    [property: Required, RegularExpression(@"^(?=.{3,254}$)[^\s\p{Cc}@]+@[^\s\p{Cc}@]+$", ErrorMessage = "customerEmail is an address like ada@example.org.")]
    string CustomerEmail);
