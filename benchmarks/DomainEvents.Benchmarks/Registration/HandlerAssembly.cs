using System.Reflection;
using System.Reflection.Emit;

namespace DomainEvents.Benchmarks.Registration;

/// <summary>Makes an assembly of event classes with one handler class each.</summary>
public static class HandlerAssembly
{
    public static Assembly Emit(int count)
    {
        var assembly = AssemblyBuilder.DefineDynamicAssembly(new AssemblyName($"Handlers{Guid.NewGuid():N}"), AssemblyBuilderAccess.Run);
        var module = assembly.DefineDynamicModule("Handlers");
        for (var i = 0; i < count; i++)
        {
            var domainEvent = module.DefineType($"Shop.Event{i}", TypeAttributes.Public | TypeAttributes.Sealed).CreateType();
            var contract = typeof(IEventHandler<>).MakeGenericType(domainEvent);
            var handler = module.DefineType($"Shop.Handler{i}", TypeAttributes.Public | TypeAttributes.Sealed, typeof(object), [contract]);
            var method = handler.DefineMethod(
                nameof(IEventHandler<object>.HandleAsync),
                MethodAttributes.Public | MethodAttributes.Virtual | MethodAttributes.Final | MethodAttributes.HideBySig | MethodAttributes.NewSlot,
                typeof(ValueTask),
                [domainEvent, typeof(CancellationToken)]);
            var body = method.GetILGenerator();
            body.DeclareLocal(typeof(ValueTask));
            body.Emit(OpCodes.Ldloc_0);
            body.Emit(OpCodes.Ret);
            handler.CreateType();
        }

        return assembly;
    }
}
