using System.ComponentModel;

namespace Nuke.Common.Execution;

/// <summary>Makes values of the texts that a parameter was given.</summary>
internal static class Conversion
{
    public static object To(string name, string[] texts, Type type)
    {
        var scalar = type.IsArray ? type.GetElementType() : Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsArray)
        {
            var values = Array.CreateInstance(scalar!, texts.Length);
            for (var i = 0; i < texts.Length; i++)
            {
                values.SetValue(Scalar(name, texts[i], scalar), i);
            }

            return values;
        }

        return texts switch
        {
            [] when scalar == typeof(bool) => true,
            [] => null,
            [var only] => Scalar(name, only, scalar),
            _ => throw new ArgumentException($"Resolving argument '{name}' failed: expected one value, found {texts.Length}."),
        };
    }

    private static object Scalar(string name, string text, Type type)
    {
        try
        {
            return type == typeof(string) || type == typeof(object) ? text : TypeDescriptor.GetConverter(type).ConvertFromInvariantString(text);
        }
        catch (Exception fault)
        {
            throw new ArgumentException($"Resolving argument '{name}' failed: '{text}' is no {type.Name}.", fault);
        }
    }
}
