using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using ImmutableBuild.Tests.Generated;

namespace ImmutableBuild.Tests.Nuke;

/// <summary>What of NUKE (and of the logger it brings) the components and the tests' build classes call, so that a change of it is seen.</summary>
public sealed class NukeSurfaceTests
{
    private static readonly string[] Theirs = ["Nuke.Common", "Serilog"];

    [Fact]
    public void The_surface_of_NUKE_that_is_used_is_the_one_written_down() =>
        GeneratedFile.ShouldBe("tests/ImmutableBuild.Tests/Nuke/surface.txt", string.Join('\n', Used()) + "\n");

    private static string[] Used()
    {
        using var file = File.OpenRead(NukeRepository.Program);
        using var image = new PEReader(file);
        var reader = image.GetMetadataReader();
        var types = reader.TypeReferences.Where(handle => IsTheirs(reader, handle)).ToDictionary(handle => (EntityHandle)handle, handle => NameOf(reader, handle));
        var members = reader.MemberReferences.Select(reader.GetMemberReference)
            .Where(member => types.ContainsKey(member.Parent))
            .Select(member => $"{types[member.Parent]}.{reader.GetString(member.Name)}{SignatureOf(member)}");
        return [.. types.Values.Concat(members).Distinct().Order(StringComparer.Ordinal)];
    }

    private static bool IsTheirs(MetadataReader reader, TypeReferenceHandle handle)
    {
        var scope = reader.GetTypeReference(handle).ResolutionScope;
        return scope.Kind == HandleKind.AssemblyReference && Theirs.Contains(reader.GetString(reader.GetAssemblyReference((AssemblyReferenceHandle)scope).Name));
    }

    private static string NameOf(MetadataReader reader, TypeReferenceHandle handle)
    {
        var type = reader.GetTypeReference(handle);
        return $"{reader.GetString(type.Namespace)}.{reader.GetString(type.Name)}";
    }

    private static string SignatureOf(MemberReference member)
    {
        if (member.GetKind() == MemberReferenceKind.Field)
        {
            return $" : {member.DecodeFieldSignature(new TypeNames(), null)}";
        }

        var method = member.DecodeMethodSignature(new TypeNames(), null);
        return $"{(method.GenericParameterCount > 0 ? $"`{method.GenericParameterCount}" : "")}({string.Join(", ", method.ParameterTypes)}) : {method.ReturnType}";
    }

    private sealed class TypeNames : ISignatureTypeProvider<string, object?>
    {
        public string GetArrayType(string elementType, ArrayShape shape) => $"{elementType}[]";

        public string GetByReferenceType(string elementType) => $"ref {elementType}";

        public string GetFunctionPointerType(MethodSignature<string> signature) => "function pointer";

        public string GetGenericInstantiation(string genericType, ImmutableArray<string> typeArguments) => $"{genericType.Split('`')[0]}<{string.Join(", ", typeArguments)}>";

        public string GetGenericMethodParameter(object? genericContext, int index) => $"T{index}";

        public string GetGenericTypeParameter(object? genericContext, int index) => $"C{index}";

        public string GetModifiedType(string modifier, string unmodifiedType, bool isRequired) => unmodifiedType;

        public string GetPinnedType(string elementType) => elementType;

        public string GetPointerType(string elementType) => $"{elementType}*";

        public string GetPrimitiveType(PrimitiveTypeCode typeCode) => typeCode.ToString().ToLowerInvariant();

        public string GetSZArrayType(string elementType) => $"{elementType}[]";

        public string GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) => reader.GetString(reader.GetTypeDefinition(handle).Name);

        public string GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => reader.GetString(reader.GetTypeReference(handle).Name);

        public string GetTypeFromSpecification(MetadataReader reader, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind) =>
            reader.GetTypeSpecification(handle).DecodeSignature(this, genericContext);
    }
}
