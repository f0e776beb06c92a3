using System.Linq.Expressions;
using System.Reflection;

namespace Nuke.Common.Execution;

/// <summary>The members of a build class and its components, by NUKE's rules.</summary>
internal static class Members
{
    public const BindingFlags Instance = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    /// <summary>The name without the interface of an explicit implementation.</summary>
    public static string ShortName(MemberInfo member) => member.Name[(member.Name.LastIndexOf('.') + 1)..];

    /// <summary>The member that an expression such as <c>() => Value</c> or <c>x => x.Target</c> ends in.</summary>
    public static MemberInfo MemberOf(LambdaExpression expression) => (expression.Body switch
    {
        MemberExpression member => member,
        UnaryExpression { Operand: MemberExpression member } => member,
        _ => throw new ArgumentException($"'{expression}' does not name a member."),
    }).Member;

    /// <summary>The targets of a build: the class's own, then those of its components. A component's is overridden by a public member of the class, or explicitly.</summary>
    public static IReadOnlyList<PropertyInfo> TargetsOf(Type build) => Of(build, property => property.PropertyType == typeof(Target), allowSeveral: false);

    /// <summary>The properties and fields with an attribute.</summary>
    public static IReadOnlyList<MemberInfo> With<TAttribute>(Type build)
        where TAttribute : Attribute =>
        [
            .. Of(build, property => property.GetCustomAttribute<TAttribute>() is not null, allowSeveral: true),
            .. Fields(build).Where(field => field.GetCustomAttribute<TAttribute>() is not null),
        ];

    /// <summary>Calls the very body of a property, whatever overrides it.</summary>
    public static T Invoke<T>(PropertyInfo property, object instance)
    {
        var getter = property.GetGetMethod(nonPublic: true);
        var pointer = getter.MethodHandle.GetFunctionPointer();
        return ((Func<T>)Activator.CreateInstance(typeof(Func<T>), instance, pointer))();
    }

    /// <summary>The value of a property or field.</summary>
    public static object Get(MemberInfo member, object instance) => member switch
    {
        PropertyInfo property => property.GetValue(instance),
        FieldInfo field => field.GetValue(instance),
        _ => throw new NotSupportedException(member.ToString()),
    };

    private static List<PropertyInfo> Of(Type build, Func<PropertyInfo, bool> filter, bool allowSeveral)
    {
        var own = build.GetProperties(Instance | BindingFlags.Static | BindingFlags.FlattenHierarchy).Where(filter).ToList();
        var found = own.Where(property => !property.Name.Contains('.')).ToList();
        var inherited = build.GetInterfaces().SelectMany(component => component.GetProperties(Instance)).Where(filter)
            .Where(property => !property.Name.Contains('.') && build.GetMember(property.Name).Length == 0).GroupBy(property => property.Name);
        foreach (var same in inherited)
        {
            var hidden = found.Find(property => property.Name == same.Key);
            if (!allowSeveral && hidden is not null)
            {
                throw new ArgumentException($"Property '{same.Key}' must be marked public to override inherited member from: {Declared(same)}");
            }

            if (!allowSeveral && same.Count() > 1)
            {
                throw new ArgumentException($"Property '{same.Key}' must be implemented explicitly because it is inherited from multiple interfaces: {Declared(same)}");
            }

            found.AddRange(same.Select(property => ImplementationOf(build, property)));
        }

        return found;
    }

    private static PropertyInfo ImplementationOf(Type build, PropertyInfo property)
    {
        for (var type = build; type is not null; type = type.BaseType)
        {
            if (type.GetProperty($"{property.DeclaringType!.FullName!.Replace('+', '.')}.{property.Name}", Instance) is { } explicitly)
            {
                return explicitly;
            }
        }

        return property;
    }

    private static IEnumerable<FieldInfo> Fields(Type build)
    {
        for (var type = build; type is not null; type = type.BaseType)
        {
            foreach (var field in type.GetFields(Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))
            {
                yield return field;
            }
        }
    }

    private static string Declared(IEnumerable<PropertyInfo> properties) => string.Join(", ", properties.Select(property => property.DeclaringType!.Name));
}
