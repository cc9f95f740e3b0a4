using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using ShelfWise.Adapters.Database;
using ShelfWise.Adapters.Email;
using ShelfWise.EntryPoints;
using ShelfWise.Services;
using ShelfWise.Services.Ports;

// The single composition root: all that is connected to something else is connected here.
var builder = WebApplication.CreateBuilder(args);
if (!ShopConnection.TryFind(builder.Configuration, out var connection, out var problem))
{
    await Console.Error.WriteLineAsync(problem);
    return 2;
}

builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);

// All that the events need: the handlers of this assembly, and a context that collects from its aggregates.
builder.Services.AddDomainEvents(options => options.HandlerTimeout = TimeSpan.FromSeconds(30), typeof(Program).Assembly);
builder.Services.AddDbContext<ShopContext>((services, options) => options
    .UseNpgsql(connection)
    .UseDomainEvents(services)
    .ConfigureWarnings(warnings => warnings.Log(
        // A refusal is an answer, not a fault of the shop; whatever else goes wrong the exception handler logs.
        (CoreEventId.SaveChangesFailed, LogLevel.Debug),
        (RelationalEventId.CommandError, LogLevel.Debug),
        (RelationalEventId.CommandExecuted, LogLevel.Debug))));

builder.Services.AddScoped<PlaceOrder>();
builder.Services.AddScoped<CancelOrder>();

builder.Services.AddScoped<ShopDatabase>();
builder.Services.AddScoped<IUnitOfWork, UnitOfWork>();
builder.Services.AddScoped<IOrderRepository, OrderRepository>();
builder.Services.AddScoped<IBookRepository, BookRepository>();
builder.Services.AddScoped<IDashboard, Dashboard>();
builder.Services.AddScoped<IAuditLog, AuditLog>();
builder.Services.AddScoped<OrderQuery>();
builder.Services.AddScoped<DashboardQuery>();
builder.Services.AddSingleton<ConcurrencyRetry>();
builder.Services.AddSingleton<SentFolder>();
builder.Services.AddSingleton<IEmailProvider>(services => services.GetRequiredService<SentFolder>());
builder.Services.AddSingleton(TimeProvider.System);

builder.Services.AddOpenApi();
builder.Services.AddValidation();
builder.Services.AddProblemDetails();
builder.Services.AddExceptionHandler<ProblemHandler>();
builder.Services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
builder.Services.ConfigureHttpJsonOptions(options =>
{
    options.SerializerOptions.RespectNullableAnnotations = true;
    options.SerializerOptions.RespectRequiredConstructorParameters = true;
    options.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
});

await using var app = builder.Build();
app.UseExceptionHandler();
app.UseStatusCodePages();
app.MapOpenApi();
app.MapOrders();
app.MapDashboard();

try
{
    await using var scope = app.Services.CreateAsyncScope();
    await scope.ServiceProvider.GetRequiredService<ShopDatabase>().OpenAsync(app.Lifetime.ApplicationStopping);
}
catch (IOException failure)
{
    await Console.Error.WriteLineAsync($"shelfwise-web: {failure.Message}");
    return 1;
}

await app.RunAsync();
return 0;
