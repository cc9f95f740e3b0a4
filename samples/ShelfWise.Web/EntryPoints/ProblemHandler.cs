using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using ShelfWise.Domain;

namespace ShelfWise.EntryPoints;

/// <summary>Says as problem details (RFC 9457) why a request was not carried out. What it does not know stays a 500.</summary>
internal sealed class ProblemHandler(IProblemDetailsService problems) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (Describe(exception) is not { } problem)
        {
            return false;
        }

        httpContext.Response.StatusCode = problem.Status!.Value;
        if (problem.Status == StatusCodes.Status503ServiceUnavailable)
        {
            httpContext.Response.Headers.RetryAfter = "1";
        }

        return await problems.TryWriteAsync(new ProblemDetailsContext { HttpContext = httpContext, ProblemDetails = problem });
    }

    private static ProblemDetails? Describe(Exception exception) => exception switch
    {
        OrderRefusedException refused => new ProblemDetails
        {
            Status = StatusCodes.Status422UnprocessableEntity,
            Title = "The order is refused.",
            Detail = refused.Message,
            Extensions = { ["reason"] = JsonNamingPolicy.CamelCase.ConvertName(refused.Reason.ToString()) },
        },
        OrderAlreadyCancelledException => new ProblemDetails
        {
            Status = StatusCodes.Status409Conflict,
            Title = "The order is cancelled already.",
            Detail = exception.Message,
        },
        DbUpdateConcurrencyException => new ProblemDetails
        {
            Status = StatusCodes.Status503ServiceUnavailable,
            Title = "Too many want the same book at once.",
            Detail = "Nothing was changed. Send the request again in a moment.",
        },
        BadHttpRequestException malformed => new ProblemDetails
        {
            Status = malformed.StatusCode,
            Title = "The request is malformed.",
            Detail = (malformed.InnerException as JsonException ?? exception).Message,
        },
        _ => null,
    };
}
