using System.Reflection;
using Nuke.Common.Execution;
using Nuke.Common.ValueInjection;

namespace Nuke.Common.ValueInjection
{
    /// <summary>Gives a member its value.</summary>
    [AttributeUsage(AttributeTargets.Field | AttributeTargets.Property)]
    public abstract class ValueInjectionAttributeBase : Attribute
    {
        public INukeBuild Build { get; internal set; }

        public virtual int Priority => 0;

        public virtual bool SuppressWarnings => false;

        public abstract object GetValue(MemberInfo member, object instance);
    }
}

namespace Nuke.Common
{
    /// <summary>A value from the command line, the environment, or <c>.nuke/parameters.json</c>.</summary>
    public class ParameterAttribute(string description = null) : ValueInjectionAttributeBase
    {
        public virtual string Description { get; } = description;

        public string Name { get; set; }

        public string Separator { get; set; }

        public virtual bool List { get; set; } = true;

        public Type ValueProviderType { get; set; }

        public string ValueProviderMember { get; set; }

        public override object GetValue(MemberInfo member, object instance) => Injection.Resolve(member);

        public virtual IEnumerable<(string, object)> GetValueSet(MemberInfo member, object instance) => null;
    }

    /// <summary>Has to have a value, whatever is invoked.</summary>
    [AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
    public class RequiredAttribute : Attribute;

    /// <summary>May have no value.</summary>
    [AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
    public class OptionalAttribute : Attribute;

    /// <summary>Gets its value when it is asked for.</summary>
    [AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
    public class OnDemandAttribute : Attribute;

    /// <summary>Is not written down as it is.</summary>
    [AttributeUsage(AttributeTargets.Property | AttributeTargets.Field | AttributeTargets.Parameter)]
    public class SecretAttribute : Attribute;

    /// <summary>Stands before the names of a component's parameters.</summary>
    [AttributeUsage(AttributeTargets.Interface, AllowMultiple = false, Inherited = false)]
    public class ParameterPrefixAttribute(string prefix) : Attribute
    {
        public string Prefix { get; } = prefix.EndsWith("Prefix", StringComparison.Ordinal) ? prefix[..^"Prefix".Length] : prefix;
    }
}
