using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using ShelfWise.Adapters.Database;
using ShelfWise.Domain;
using ShelfWise.Services;

namespace ShelfWise.EntryPoints;

/// <summary>Orders over HTTP. What refuses them throws; <see cref="ProblemHandler"/> says it in the answer.</summary>
internal static class OrderEndpoints
{
    public static void MapOrders(this IEndpointRouteBuilder endpoints)
    {
        var orders = endpoints.MapGroup("/orders").WithTags("Orders");

        orders.MapPost("", PlaceAsync)
            .WithName("PlaceOrder")
            .WithSummary("Places an order")
            .ProducesValidationProblem()
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);

        orders.MapPost("/{id:guid}/cancel", CancelAsync)
            .WithName("CancelOrder")
            .WithSummary("Cancels an order and puts its copies back")
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);

        orders.MapGet("/{id:guid}", GetAsync)
            .WithName("GetOrder")
            .WithSummary("Shows an order")
            .ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<Created<OrderView>> PlaceAsync(
        [FromBody] OrderRequest request, ConcurrencyRetry retry, CancellationToken cancellationToken)
    {
        var order = await retry.ExecuteAsync((PlaceOrder useCase) => useCase.ExecuteAsync(request, cancellationToken));
        return TypedResults.Created($"/orders/{order.Id}", OrderView.Of(order));
    }

    private static async Task<Results<Ok<OrderView>, ProblemHttpResult>> CancelAsync(
        Guid id, ConcurrencyRetry retry, CancellationToken cancellationToken)
    {
        var order = await retry.ExecuteAsync((CancelOrder useCase) => useCase.ExecuteAsync(id, cancellationToken));
        return order is null ? NotFound(id) : TypedResults.Ok(OrderView.Of(order));
    }

    private static async Task<Results<Ok<OrderView>, ProblemHttpResult>> GetAsync(
        Guid id, OrderQuery query, CancellationToken cancellationToken) =>
        await query.FindAsync(id, cancellationToken) is { } order ? TypedResults.Ok(order) : NotFound(id);

    private static ProblemHttpResult NotFound(Guid id) =>
        TypedResults.Problem($"there is no order {id}", statusCode: StatusCodes.Status404NotFound);
}
