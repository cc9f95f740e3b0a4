using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Metadata.Conventions;
using Microsoft.EntityFrameworkCore.Metadata.Conventions.Infrastructure;

namespace DomainEvents.EntityFrameworkCore.Configuration;

/// <summary>Keeps events, and the list of them on each aggregate, out of the model. What a model maps explicitly stays.</summary>
internal sealed class UnmappedEvents : IConventionSetPlugin, IModelInitializedConvention, IEntityTypeAddedConvention
{
    public ConventionSet ModifyConventions(ConventionSet conventionSet)
    {
        // In front: the properties of an entity are discovered when it is added.
        conventionSet.ModelInitializedConventions.Insert(0, this);
        conventionSet.EntityTypeAddedConventions.Insert(0, this);
        return conventionSet;
    }

    public void ProcessModelInitialized(IConventionModelBuilder modelBuilder, IConventionContext<IConventionModelBuilder> context)
    {
        modelBuilder.Ignore(typeof(IDomainEvent));
        modelBuilder.Ignore(typeof(DomainEvent));
    }

    public void ProcessEntityTypeAdded(IConventionEntityTypeBuilder entityTypeBuilder, IConventionContext<IConventionEntityTypeBuilder> context)
    {
        var type = entityTypeBuilder.Metadata.ClrType;
        if (typeof(IDomainEvent).IsAssignableFrom(type))
        {
            if (entityTypeBuilder.ModelBuilder.Ignore(type) is not null)
            {
                context.StopProcessing();
            }
        }
        else if (typeof(IHasDomainEvents).IsAssignableFrom(type))
        {
            entityTypeBuilder.Ignore(nameof(IHasDomainEvents.DomainEvents));
        }
    }
}
