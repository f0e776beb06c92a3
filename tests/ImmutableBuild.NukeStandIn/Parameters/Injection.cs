using System.Linq.Expressions;
using System.Reflection;
using System.Text;
using Nuke.Common.ValueInjection;

namespace Nuke.Common.Execution;

/// <summary>Gives parameters their values.</summary>
internal static class Injection
{
    private static readonly Dictionary<MemberInfo, object> Values = [];

    /// <summary>What components ask for, once each.</summary>
    public static object ValueOf(LambdaExpression expression, NukeBuild build)
    {
        var member = Members.MemberOf(expression);
        if (!Values.TryGetValue(member, out var value) || value is null)
        {
            var attribute = member.GetCustomAttribute<ValueInjectionAttributeBase>() ?? throw new ArgumentException($"'{member.Name}' has no injection attribute.");
            attribute.Build = build;
            Values[member] = value = attribute.GetValue(member, build);
        }

        return value;
    }

    public static object Resolve(MemberInfo member)
    {
        var attribute = member.GetCustomAttribute<ParameterAttribute>()!;
        return ParameterSource.Current.Find(NameOf(member), TypeOf(member), string.IsNullOrEmpty(attribute.Separator) ? null : attribute.Separator[0]);
    }

    /// <summary>The name of a parameter.</summary>
    public static string NameOf(MemberInfo member)
    {
        var attribute = member.GetCustomAttribute<ParameterAttribute>();
        return member.DeclaringType!.GetCustomAttribute<ParameterPrefixAttribute>()?.Prefix + (attribute?.Name ?? Members.ShortName(member));
    }

    /// <summary>The name as an argument, without its dashes in front.</summary>
    public static string DashedNameOf(MemberInfo member)
    {
        var text = new StringBuilder();
        var name = NameOf(member);
        for (var i = 0; i < name.Length; i++)
        {
            if (i > 0 && char.IsUpper(name[i]) && (!char.IsUpper(name[i - 1]) || (i + 1 < name.Length && char.IsLower(name[i + 1]))))
            {
                text.Append('-');
            }

            text.Append(char.ToLowerInvariant(name[i]));
        }

        return text.ToString();
    }

    /// <summary>The parameters of a build and its components, by name.</summary>
    public static IEnumerable<MemberInfo> ParametersOf(Type build) => Members.With<ParameterAttribute>(build).OrderBy(NameOf, StringComparer.OrdinalIgnoreCase);

    /// <summary>The members of the class itself; those of components are asked for.</summary>
    public static void Inject(NukeBuild build)
    {
        foreach (var member in Members.With<ParameterAttribute>(build.GetType()).Where(member => !member.DeclaringType!.IsInterface && !member.Name.Contains('.')))
        {
            if (member is PropertyInfo { CanWrite: false } || Resolve(member) is not { } value || (member.DeclaringType == typeof(NukeBuild) && member.Name is not ("Plan" or "Help" or "Continue" or "NoLogo")))
            {
                continue;
            }

            switch (member)
            {
                case PropertyInfo property: property.SetValue(build, value); break;
                case FieldInfo field: field.SetValue(build, value); break;
            }
        }
    }

    public static Type TypeOf(MemberInfo member) => member is PropertyInfo property ? property.PropertyType : ((FieldInfo)member).FieldType;
}
